/* The page itself: index, calls, search. */

let api;

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every operation, in the order of its group. */
function calls() {
  const order = new Map(api.tags.map((tag, index) => [tag.name, index]));
  const items = [...Object.entries(api.paths), ...Object.values(api.webhooks).map((item) => ["webhooks.url", item])];
  return items
    .flatMap(([path, item]) => METHODS.filter((method) => item[method])
      .map((method) => ({ path, method, operation: item[method], tag: item[method].tags[0] })))
    .sort((one, other) => order.get(one.tag) - order.get(other.tag));
}

function badge(operation) {
  const role = operation["x-role"];
  if (!role) return "";
  const withKey = operation.security.some((scheme) => scheme.apikey);
  return element("span", { class: `badge ${role}` }, say(role), withKey ? ` ${say("or API key")}` : "");
}

function card(call) {
  const { operation, method, path } = call;
  const made = element("details", { class: "call", id: operation.operationId },
    element("summary", {}, element("span", { class: `method ${method}` }, method), element("span", { class: "path" }, path),
      element("span", { class: "says" }, operation.summary), badge(operation)));
  made.addEventListener("toggle", () => {
    if (made.open && made.children.length === 1) made.append(element("div", {}, inside(call)));
  });
  return made;
}

function inside(call) {
  const { operation } = call;
  const shown = [...markdown(operation.description)];
  if (operation.parameters) {
    const list = operation.parameters.map((parameter) =>
      field(parameter.name, { ...parameter.schema, description: parameter.description }, parameter.required, 0));
    shown.push(element("h4", {}, say("Parameters")), element("ul", { class: "fields" }, list));
  }
  if (operation.requestBody) shown.push(element("h4", {}, say("Body")), ...bodyOf(operation.requestBody));
  const answers = Object.entries(operation.responses).map(([status, response]) =>
    [status, response.$ref ? pointed(response.$ref) : response]);
  const good = answers.filter(([status]) => status < 400);
  const refused = answers.filter(([status]) => status >= 400);
  if (good.length > 0) {
    shown.push(element("h4", {}, say("Answers")), ...tabs(good.map(([status, response]) => [status, () => answerOf(response)])));
  }
  if (refused.length > 0) shown.push(element("h4", {}, say("Refusals")), refusals(refused));
  if (call.path.startsWith("/")) shown.push(tryOut(call));
  return shown;
}

function bodyOf(body) {
  return Object.entries(body.content).flatMap(([type, media]) => {
    const examples = Object.entries(media.examples ?? {}).map(([name, example]) => [name, () => json(example.value)]);
    const list = media.schema ? fields(media.schema) : [];
    return [element("p", { class: "soft" }, type === "*/*" ? say("any content type") : type, list.length > 0 ? "" : `: ${say("a file")}`),
      ...list, ...(examples.length > 0 ? [element("h4", {}, say("Examples")), ...tabs(examples)] : [])];
  });
}

function answerOf(response) {
  const shown = [...markdown(response.description)];
  for (const media of Object.values(response.content ?? {})) {
    if (media.example !== undefined) shown.push(json(media.example));
    if (media.schema) shown.push(...fields(withoutMeta(media.schema)));
  }
  return shown;
}

/** Every answer has it: it would only be in the way. */
function withoutMeta(schema) {
  const { meta, ...properties } = schema.properties ?? {};
  return meta ? { ...schema, properties } : schema;
}

/** Code by code: in which status it stands, and how its details read. */
function refusals(answers) {
  const rows = answers.flatMap(([status, response]) =>
    Object.values(response.content?.["application/json"]?.examples ?? {}).flatMap((example) =>
      example.value.errors.map((error) => element("tr", {}, [status, error.code, error.title, error.details]
        .map((text) => element("td", {}, String(text)))))));
  const head = ["status", "code", "title", "details, for example"].map((label) => element("th", {}, say(label)));
  return element("div", { class: "scroll" }, element("table", {}, element("tr", {}, head), rows));
}

function linkTo({ operation, method }) {
  return element("a", { href: `#${operation.operationId}` }, element("span", { class: `method ${method}` }, method),
    element("span", {}, operation.summary));
}

/** Whether every word stands somewhere in what the document says of a call. */
function finds(call, words) {
  call.text ??= `${call.method} ${call.path} ${call.tag} ${say(call.tag)} ${searchable(call.operation)}`.toLowerCase();
  return words.every((word) => call.text.includes(word));
}

/** The call's own words: references to shared refusals are followed, so that codes are found. */
function searchable(operation) {
  const answers = Object.values(operation.responses).map((response) => (response.$ref ? pointed(response.$ref) : response));
  return JSON.stringify([operation, answers.map((answer) => Object.keys(answer.content?.["application/json"]?.examples ?? {}))]);
}

function show() {
  const all = calls();
  const input = document.getElementById("search");
  input.placeholder = say("Search: path, field, code");
  document.documentElement.lang = language;
  document.getElementById("language").textContent = language === "zh" ? "English" : "中文";
  document.getElementById("version").textContent = api.info.version;
  const groups = api.tags.map((tag) => ({ tag, calls: all.filter((call) => call.tag === tag.name) }));
  const links = groups.map((group) => {
    const { tag, calls } = group;
    return (group.links = element("div", {}, element("h2", {}, say(tag.name)), calls.map((call) => (call.link = linkTo(call)))));
  });
  document.getElementById("index").replaceChildren(...links);
  const nothing = element("p", { hidden: true }, say("Nothing is found."));
  const sections = groups.map(({ tag, calls, links }) => {
    const section = element("section", {}, element("h2", {}, say(tag.name)), element("p", { class: "soft" }, tag.description),
      calls.map((call) => (call.card = card(call))));
    return { section, calls, links };
  });
  const intro = element("section", {}, element("h1", {}, api.info.title), markdown(api.info.description), credentials());
  document.getElementById("main").replaceChildren(intro, nothing, ...sections.map(({ section }) => section));
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { section, calls, links } of sections) {
      const fit = calls.filter((call) => finds(call, words));
      for (const call of calls) call.card.hidden = call.link.hidden = !fit.includes(call);
      section.hidden = links.hidden = fit.length === 0;
      found += fit.length;
    }
    intro.hidden = words.length > 0;
    nothing.hidden = found > 0;
  };
  input.oninput = filter;
  filter();
  follow();
}

/** Opens the call that the address names. */
function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  const card = id && document.getElementById(id);
  document.getElementById("index").classList.remove("open");
  for (const link of document.querySelectorAll("nav a")) link.classList.toggle("here", link.hash === location.hash);
  if (!card) return;
  card.open = true;
  card.scrollIntoView();
}

document.getElementById("menu").addEventListener("click", (event) => {
  const isOpen = document.getElementById("index").classList.toggle("open");
  event.currentTarget.setAttribute("aria-expanded", String(isOpen));
});
document.getElementById("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  kept.set("language", language);
  show();
});
document.getElementById("theme").addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = isDark ? "light" : "dark";
  kept.set("theme", document.documentElement.dataset.theme);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.matches("input, textarea")) return;
  event.preventDefault();
  document.getElementById("search").focus();
});
addEventListener("hashchange", follow);
if (kept.get("theme")) document.documentElement.dataset.theme = kept.get("theme");

fetch("/v1/openapi.json").then((response) => response.json()).then((document) => {
  api = document;
  show();
}, () => document.getElementById("main").replaceChildren(say("The document cannot be loaded.")));
