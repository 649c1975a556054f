/* The little the pages do by themselves; every page works without it. */
(function () {
  "use strict";

  /* a message leaves after six seconds; errors stay */
  function fade(toast) {
    if (!toast.classList.contains("toastbar--err")) setTimeout(function () { toast.remove(); }, toast.querySelector(".toastbar__act") ? 10000 : 6000);
  }
  var toasts = document.getElementById("toasts");
  if (toasts) {
    toasts.querySelectorAll(".toastbar").forEach(fade);
    new MutationObserver(function (changes) {
      changes.forEach(function (c) { c.addedNodes.forEach(function (n) { if (n.classList) fade(n); }); });
    }).observe(toasts, { childList: true });
  }

  /* no signal: say so */
  var offline = document.getElementById("offline");
  function signal() { if (offline) offline.hidden = navigator.onLine; }
  addEventListener("online", signal);
  addEventListener("offline", signal);
  signal();

  /* one open menu at a time; Escape and a click elsewhere close it */
  document.addEventListener("click", function (e) {
    document.querySelectorAll("details.menu[open]").forEach(function (m) { if (!m.contains(e.target)) m.open = false; });
  });
  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape") document.querySelectorAll("details.menu[open]").forEach(function (m) { m.open = false; m.querySelector("summary").focus(); });
    if (e.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
      var q = document.getElementById("q-top");
      if (q && q.offsetParent) { e.preventDefault(); q.focus(); }
    }
  });

  /* a form is sent once */
  document.addEventListener("submit", function (e) {
    var form = e.target;
    if (form.dataset.sent && !form.hasAttribute("hx-post")) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 5000);
  });

  /* select boxes that act at once say so by data-autosubmit; without script their button does it */
  document.addEventListener("change", function (e) {
    if (e.target.matches("[data-autosubmit]")) e.target.form.requestSubmit();
  });

  /* the print button */
  document.addEventListener("click", function (e) {
    if (e.target.closest("[data-print]")) print();
  });

  /* after an error answer of the server, say what to do */
  document.addEventListener("htmx:responseError", function (e) {
    if (e.detail.xhr.status === 401 || e.detail.xhr.status === 403) location.reload();
  });
  document.addEventListener("htmx:sendError", function () { if (offline) offline.hidden = false; });

  /* the first error gets the focus */
  var errors = document.querySelector(".errsum[autofocus]");
  if (errors) errors.focus();
})();
