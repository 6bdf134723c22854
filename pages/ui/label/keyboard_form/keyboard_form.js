// The labelling form: the day's progress, one email and the keys. Mail is only ever set as text.
// Each press carries an id of its own and the id of its email, so that it counts once and never for another email.
// Python puts the constant TAXONOMY before this text.

// A press within this time after an email is shown is ignored: it was meant for the email before.
const UNREAD_MS = 250;

const LEVELS = { impact: ["1", "2", "3"], urgency: ["4", "5", "6"] };

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const form = parentElement.querySelector(".form");
  const state = (form.state ??= {});
  if (state.turn !== data.turn) Object.assign(state, fresh(data.turn));
  const made = (state.made ??= build());
  state.act = { answer, choose, send, open, onKey, onVisibility };
  show();

  state.forget ??= listen();
  return () => {
    state.forget?.();
    state.forget = null;
  };

  // This function runs again after every press: buttons and listeners, which stay, call the latest functions in `state.act`.
  function listen() {
    const listeners = { keydown: (event) => state.act.onKey(event), visibilitychange: () => state.act.onVisibility() };
    for (const [name, heard] of Object.entries(listeners)) document.addEventListener(name, heard);
    return () => Object.entries(listeners).forEach(([name, heard]) => document.removeEventListener(name, heard));
  }

  function fresh(turn) {
    return { turn, shownAt: performance.now(), hidden: 0, also: "", impact: "", urgency: "", note: "", expert: false, sent: "" };
  }

  // Elements are built once; afterwards only their classes and texts change.
  function build() {
    const built = { choices: {}, levels: [], progress: element("div", "progress"), under: element("div", "under") };
    built.progress.setAttribute("role", "status");
    Object.assign(built, { mail: element("article", "mail"), subject: element("h2"), sender: element("div", "sender"), body: element("p") });
    built.mail.dir = "auto";
    built.mail.append(built.subject, built.sender, built.body);
    const sheet = element("div", "sheet");
    sheet.append(built.mail, built.under);
    const keys = element("div", "keys");
    keys.append(categories(built), options(built), actions(built));
    form.append(built.progress, sheet, keys);
    return built;
  }

  function show() {
    form.classList.toggle("sent", Boolean(state.sent));
    form.classList.toggle("empty", !data.id);
    for (const name of ["progress", "subject", "sender", "body", "under"]) if (made[name].textContent !== data[name]) made[name].textContent = data[name];
    for (const one of TAXONOMY.choices) {
      const { row, note } = made.choices[one.key];
      row.classList.toggle("chosen", state.sent === one.key);
      row.disabled = !data.id;
      note.textContent = state.also === one.key ? "also defensible" : data.shares[one.key] ?? "";
    }
    for (const { row, axis, level } of made.levels) row.setAttribute("aria-pressed", state[axis] === level);
    made.keys.textContent = state.keysOff ? "off" : "on";
    if (made.note.value !== state.note) made.note.value = state.note;
  }

  function categories(built) {
    const list = element("div", "categories");
    list.style.setProperty("--rows", Math.ceil(TAXONOMY.choices.length / 2));
    for (const one of TAXONOMY.choices) {
      const row = button("choice", () => state.act.answer(one.key), one.letter.toUpperCase(), one.name);
      const note = element("span", "share");
      row.append(note);
      built.choices[one.key] = { row, note };
      list.append(row);
    }
    return list;
  }

  function options(built) {
    const box = element("div", "options");
    for (const [axis, keys] of Object.entries(LEVELS)) {
      const line = element("div", "axis");
      const name = axis[0].toUpperCase() + axis.slice(1);
      line.role = "group";
      line.ariaLabel = name;
      line.append(element("span", "label", name));
      line.append(...TAXONOMY.levels.map((level, i) => option(built, axis, level, keys[i], level)));
      box.append(line);
    }
    const line = element("div", "axis");
    const note = (built.note = element("input", "note"));
    Object.assign(note, { placeholder: "Note  ( / )", maxLength: TAXONOMY.note_limit });
    note.setAttribute("aria-label", "Note");
    note.oninput = () => (state.note = note.value);
    note.addEventListener("keydown", (event) => ["Enter", "Escape"].includes(event.key) && note.blur());
    line.append(option(built, "expert", true, "!", "needs an expert"), note);
    box.append(line);
    return box;
  }

  function option(built, axis, level, key, name) {
    const row = button("level", () => state.act.choose(axis, level), key, name);
    built.levels.push({ row, axis, level });
    return row;
  }

  // Single-key shortcuts can be turned off, for speech input and against slips: WCAG 2.1.4.
  function actions(built) {
    const line = element("div", "actions");
    const also = element("span", "action");
    also.append(kbd("⇧ letter"), element("span", "", "also defensible"));
    const single = button("action", () => ((state.keysOff = !state.keysOff), show()), "on", "single keys");
    built.keys = single.firstChild;
    line.append(
      button("action", () => state.act.send("skip"), "Space", "skip"),
      button("action", () => state.act.send("undo"), "⌫", "undo"),
      button("action", () => state.act.open(), "?", "guideline"),
      also,
      single,
    );
    return line;
  }

  function guideline() {
    const dialog = element("dialog", "guideline");
    dialog.ariaLabel = "Guideline";
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    dialog.append(button("action", () => dialog.close(), "Esc", "close"), element("h2", "", "Which category?"));
    for (const one of TAXONOMY.choices) {
      const head = element("h3");
      head.append(kbd(one.letter.toUpperCase()), element("span", "", one.name));
      dialog.append(head, element("p", "", one.definition), list("ul", one.examples), element("p", "rule", one.tie_breaks.join(" ")));
    }
    dialog.append(element("h3", "", "Where two fit, from the top"), list("ol", TAXONOMY.tie_breaks));
    form.append(dialog);
    return dialog;
  }

  function list(tag, texts) {
    const made = element(tag);
    made.append(...texts.map((text) => element("li", "", text)));
    return made;
  }

  function onKey(event) {
    if (state.keysOff || state.dialog?.open || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event)) return;
    const act = action(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  function action(event) {
    if (event.key === " ") return () => send("skip");
    if (event.key === "Backspace") return () => send("undo");
    if (event.key === "?") return open;
    if (event.key === "!") return () => choose("expert", true);
    if (event.key === "/") return () => made.note.focus();
    for (const [axis, keys] of Object.entries(LEVELS)) {
      const i = keys.indexOf(event.key);
      if (i >= 0) return () => choose(axis, TAXONOMY.levels[i]);
    }
    const found = TAXONOMY.choices.find((one) => one.letter && one.letter === event.key.toLowerCase());
    return found && (event.shiftKey ? () => choose("also", found.key) : () => answer(found.key));
  }

  function typing(event) {
    const at = event.composedPath()[0];
    if (event.key === " " && at.closest?.("button, summary")) return true; // the space presses the button
    return at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName) || at.getAttribute?.("role") === "combobox";
  }

  function choose(what, value) {
    state[what] = state[what] === value ? (value === true ? false : "") : value;
    show();
  }

  function answer(category) {
    send("label", { category, also: state.also === category ? "" : state.also });
  }

  function send(kind, more = {}) {
    if (state.sent || (kind !== "undo" && (!data.id || unread()))) return;
    state.sent = more.category ?? kind;
    show();
    const { impact, urgency, note, expert } = state;
    const seconds = (performance.now() - state.shownAt - state.hidden) / 1000;
    setTriggerValue("press", { id: newId(), kind, email_id: data.id, seconds, impact, urgency, note, expert, ...more });
  }

  function unread() {
    return performance.now() - state.shownAt < UNREAD_MS;
  }

  function onVisibility() {
    if (document.hidden) state.hiddenAt = performance.now();
    else if (state.hiddenAt) state.hidden += performance.now() - state.hiddenAt;
  }

  function open() {
    (state.dialog ??= guideline()).showModal();
  }

  function button(name, act, key, text) {
    const row = element("button", name);
    row.type = "button";
    row.onclick = (event) => (event.detail && row.blur(), act()); // after a mouse click the next space skips, and doesn't press the button again
    row.append(kbd(key), element("span", "name", text));
    return row;
  }

  function kbd(text) {
    return element("kbd", "", text);
  }

  function element(tag, name, text) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function newId() {
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
