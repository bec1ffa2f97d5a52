// Package server answers for the books over HTTP: the Distributor's own calls, an API of ours and the website, in one handler.
//
//	s, err := server.New(b, server.Settings{Listen: "127.0.0.1:8420"})
//	err = s.Run(ctx) // until ctx ends; then it finishes the requests under way
//
// It computes nothing that is billed: package books does, with the same functions as the command line.
//
// # Access
//
// Every page and call except the health checks, the sign-in and the stylesheet needs a token, see books.Token. A program sends it as
// "Authorization: Bearer TOKEN", the Distributor's calls as api_user (the token's name) and api_key (the token). People sign in with
// it once, and get a cookie that scripts cannot read and other sites cannot send, and that ends with the process or after twelve hours.
// A token that only reads never writes, whichever way it is sent. After ten failures in a minute, an address has to wait.
//
// Without TLS, and without a proxy before it that has TLS, the server listens on loopback only, and answers to loopback's
// names only, so that no other site can reach it through a browser.
//
// # Limits
//
// A request has at most MaxBody bytes, or MaxEvents for events and MaxUpload for documents, and its header at most 64 KiB. Every
// request has a deadline.
package server
