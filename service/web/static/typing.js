// While one types: the mails beside the form, the draft kept in this browser, a file dropped.

const PAUSE_MS = 200;

function prepare() {
  for (const form of document.querySelectorAll("form[data-preview]")) watch(form);
  prepareDrop();
}

function fieldsOf(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
}

// Previews

function watch(form) {
  let pause = 0;
  let request = null;
  const show = async () => {
    request?.abort();
    request = new AbortController();
    const answer = await fetch(form.dataset.preview, { method: "POST", body: fieldsOf(form), signal: request.signal });
    if (answer.ok) put(document.getElementById(form.dataset.target), await answer.text());
  };
  const changed = () => {
    keep(form);
    clearTimeout(pause);
    // What is on its way was drawn up before this change, and must not undo it.
    request?.abort();
    pause = setTimeout(() => show().catch(() => {}), PAUSE_MS);
  };
  form.addEventListener("input", changed);
  // What stands beside the form and belongs to it is heard at the document.
  document.addEventListener("input", (event) => {
    if (event.target.form === form && !form.contains(event.target)) changed();
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.dataset.more !== undefined) {
      event.preventDefault();
      more(form, event.submitter);
    } else if (form.dataset.draft) {
      sessionStorage.setItem("callback:stored", keyOf(form));
    }
  });
  summarise();
  if (form.dataset.sent !== undefined) keep(form);
  // Whoever types before this script has come is heard as well.
  else if (isTouched(form)) changed();
  else restore(form, show);
}

function isTouched(form) {
  const typed = [...form.elements].filter((field) => field.matches("input[type=text], input[type=email], textarea"));
  return typed.some((field) => field.value !== field.defaultValue);
}

function put(target, html) {
  const focused = target.contains(document.activeElement) ? document.activeElement.id : "";
  target.innerHTML = html;
  if (focused) document.getElementById(focused)?.focus();
  summarise();
}

function summarise() {
  const summary = document.getElementById("summary");
  const told = document.querySelector("[data-summary]");
  if (summary && told && summary.textContent !== told.dataset.summary) summary.textContent = told.dataset.summary;
}

async function more(form, button) {
  const fields = fieldsOf(form);
  fields.set("step", button.value);
  await replaceComposer(form, fields);
  const names = document.querySelectorAll("[id^='name-']");
  names[names.length - 1]?.focus();
}

async function replaceComposer(form, fields) {
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("composer").replaceWith(fresh.getElementById("composer"));
  prepare();
}

// Drafts

function keyOf(form) {
  return `callback:draft:${form.dataset.draft}`;
}

function keep(form) {
  if (!form.dataset.draft) return;
  const fields = fieldsOf(form);
  fields.delete("csrf");
  fields.delete("step");
  localStorage.setItem(keyOf(form), fields.toString());
}

async function restore(form, show) {
  const kept = form.dataset.draft && localStorage.getItem(keyOf(form));
  if (!kept) return;
  const fields = new URLSearchParams(kept);
  if (form.id !== "compose") {
    for (const [name, value] of fields) if (form.elements[name]?.matches("[type=text], textarea")) form.elements[name].value = value;
    form.closest("details")?.setAttribute("open", "");
    await show();
    return;
  }
  fields.set("csrf", form.elements.csrf.value);
  fields.set("step", "preview");
  await replaceComposer(form, fields);
  const told = document.getElementById("restored");
  if (!told) return;
  told.hidden = false;
  document.getElementById("forget").addEventListener("click", () => {
    localStorage.removeItem(keyOf(form));
    location.assign(location.pathname);
  });
}

// An invitation

function prepareDrop() {
  const drop = document.getElementById("drop");
  const file = document.getElementById("file");
  if (!drop || !file) return;
  drop.querySelector(".read").hidden = true;
  file.addEventListener("change", () => file.files.length && drop.requestSubmit());
  document.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add("over");
  };
  document.ondragleave = (event) => event.relatedTarget || drop.classList.remove("over");
  document.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    file.files = event.dataTransfer.files;
    drop.requestSubmit();
  };
}

// Whoever leaves may leave the computer to somebody else.
document.querySelector("form[action='/leave']")?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("callback:draft:")) localStorage.removeItem(key);
});

const zone = document.querySelector("[data-browser-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || zone.value;

prepare();
