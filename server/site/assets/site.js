// Saves steps; every page works without it.
"use strict";

// A form that is sent once is not sent again by a second click.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", () => setTimeout(() => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }));
}
// On a phone the places scroll sideways: the one that is shown is in sight.
document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// A page that is shown again by the browser's "back" has its buttons again.
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});
