package sqlite

var Insert = insert
