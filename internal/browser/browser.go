// Package browser opens pages in headless Chromium, for tests: it asks for what a page shows, types, and takes pictures of it.
// It speaks the browser's own protocol over two pipes, and needs no driver.
package browser

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Page is a page in a browser of its own, which ends with the test.
type Page struct {
	t       testing.TB
	to      *os.File
	from    *bufio.Reader
	last    int
	session string
	Errors  []string // what was told to the console as an error, or thrown, or could not be loaded
}

// Open opens a URL, such as file:///tmp/page.html, in a window of so many pixels, light or dark. A short test is skipped. Where
// there is no Chromium a test is skipped too, but with CI=true it fails.
func Open(t testing.TB, url string, width, height int, dark bool) *Page {
	t.Helper()
	if testing.Short() {
		t.Skip("Chromium takes seconds, and the race detector does not look into it")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is missing, expected it in continuous integration: .ci/run installs it")
		}
		t.Skip("chromium is missing")
	}
	in, to, err := os.Pipe()
	check(t, err)
	from, out, err := os.Pipe()
	check(t, err)
	profile, err := os.MkdirTemp("", "prorata-browser-") // not the test's own folder: the browser may write there for a moment yet when it is gone
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-extensions", "--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	cmd.ExtraFiles = []*os.File{in, out}
	cmd.WaitDelay = 5 * time.Second
	check(t, cmd.Start())
	in.Close()
	out.Close()
	t.Cleanup(func() {
		to.Close()
		from.Close()
		cancel()
		_ = cmd.Wait()
		for range 50 {
			if os.RemoveAll(profile) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	p := &Page{t: t, to: to, from: bufio.NewReader(from)}
	check(t, from.SetReadDeadline(time.Now().Add(90*time.Second)))
	var target struct{ TargetID string }
	p.ask("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.ask("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		p.ask(domain+".enable", nil, nil)
	}
	p.Window(width, height, dark)
	p.Go(url)
	return p
}

// Window makes the window so many pixels large, and light or dark. A narrow one is a phone's.
func (p *Page) Window(width, height int, dark bool) {
	p.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	p.ask("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	p.ask("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
}

// LowContrast lists texts whose contrast with what is behind them is less than WCAG 2 asks for at AA: 4.5, or 3 for large text.
func (p *Page) LowContrast() (found []string) {
	p.t.Helper()
	list, _ := p.Eval(lowContrast).([]any)
	for _, text := range list {
		found = append(found, fmt.Sprint(text))
	}
	return found
}

// lowContrast looks at each text of the page. The background of a text in a drawing is that of the page, or the colour of a part.
const lowContrast = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = c => c.slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
	const low = [];
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest("title, script, option")) continue;
		const style = getComputedStyle(e), drawn = e instanceof SVGElement;
		const ink = parse(drawn ? style.fill : style.color), on = drawn && e.dataset.paper && document.querySelector("svg ." + e.dataset.paper);
		const paper = on ? parse(getComputedStyle(on).fill) : behind(e);
		const [a, b] = [light(ink), light(paper)], ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		const size = parseFloat(style.fontSize), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) low.push(ratio.toFixed(2) + " " + e.tagName + " " + e.textContent.trim().slice(0, 40));
	}
	return low;
})()`

// Go opens another URL, and waits until it is loaded.
func (p *Page) Go(url string) {
	p.t.Helper()
	var navigated struct{ ErrorText string }
	p.ask("Page.navigate", map[string]any{"url": url}, &navigated)
	if navigated.ErrorText != "" {
		p.t.Fatalf("%s: %s", url, navigated.ErrorText)
	}
	for p.Eval("document.readyState") != "complete" {
		time.Sleep(20 * time.Millisecond)
	}
}

// Eval is the value of an expression in the page, as JSON has it: string, float64, bool, nil, a list or a map.
func (p *Page) Eval(expression string) any {
	p.t.Helper()
	var result struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	p.ask("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &result)
	if result.ExceptionDetails != nil {
		p.t.Fatalf("%s: %s", expression, result.ExceptionDetails.Exception.Description)
	}
	return result.Result.Value
}

// Press presses a key, such as Tab or Enter.
func (p *Page) Press(key string) {
	p.t.Helper()
	code := map[string]int{"Tab": 9, "Enter": 13, " ": 32, "Escape": 27}[key]
	text := map[string]string{"Enter": "\r", " ": " "}[key]
	p.ask("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}, nil)
	p.ask("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code}, nil)
}

// Type types a text where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.ask("Input.insertText", map[string]any{"text": text}, nil)
}

// Picture is a PNG of what the window shows.
func (p *Page) Picture() []byte {
	p.t.Helper()
	var shot struct{ Data []byte }
	p.ask("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	return shot.Data
}

// PDF is the page as it is printed, on paper of so many inches.
func (p *Page) PDF(width, height float64) []byte {
	p.t.Helper()
	var printed struct{ Data []byte }
	p.ask("Page.printToPDF", map[string]any{"paperWidth": width, "paperHeight": height, "printBackground": true, "preferCSSPageSize": false}, &printed)
	return printed.Data
}

// ask sends a command and reads its answer, and what else the browser tells before it.
func (p *Page) ask(method string, params map[string]any, answer any) {
	p.t.Helper()
	p.last++
	message := map[string]any{"id": p.last, "method": method}
	if params != nil {
		message["params"] = params
	}
	if p.session != "" {
		message["sessionId"] = p.session
	}
	text, err := json.Marshal(message)
	check(p.t, err)
	_, err = p.to.Write(append(text, 0))
	check(p.t, err)
	for {
		text, err := p.from.ReadBytes(0)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			p.t.Fatalf("%s: the browser does not answer", method)
		}
		check(p.t, err)
		var got struct {
			ID     int
			Method string
			Params json.RawMessage
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		check(p.t, json.Unmarshal(text[:len(text)-1], &got))
		if got.Method != "" {
			p.note(got.Method, got.Params)
		}
		if got.ID != p.last {
			continue
		}
		if got.Error != nil {
			p.t.Fatalf("%s: %s", method, got.Error.Message)
		}
		if answer != nil {
			check(p.t, json.Unmarshal(got.Result, answer))
		}
		return
	}
}

// note keeps what went wrong in the page.
func (p *Page) note(method string, params json.RawMessage) {
	switch method {
	case "Runtime.exceptionThrown", "Network.loadingFailed":
	case "Runtime.consoleAPICalled":
		var call struct{ Type string }
		if json.Unmarshal(params, &call) != nil || call.Type != "error" && call.Type != "warning" {
			return
		}
	case "Log.entryAdded":
		var entry struct{ Entry struct{ Level string } }
		if json.Unmarshal(params, &entry) != nil || entry.Entry.Level != "error" && entry.Entry.Level != "warning" {
			return
		}
	default:
		return
	}
	p.Errors = append(p.Errors, fmt.Sprintf("%s: %s", method, params))
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
