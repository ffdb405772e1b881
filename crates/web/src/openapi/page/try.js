/* Making a call from the page. The token stays in this variable. */

let token = "";

/** The form that makes a call, and where its answer appears. */
function tryOut(call) {
  const variables = (call.operation.parameters ?? []).map((parameter) => [parameter,
    element("input", { value: parameter.example ?? "", placeholder: parameter.required ? "" : parameter.schema?.enum?.join(" | ") ?? "" })]);
  const content = call.operation.requestBody?.content ?? {};
  const [contentType] = Object.keys(content);
  const isJson = contentType === "application/json";
  const body = contentType && (isJson || contentType.startsWith("text/")
    ? element("textarea", { spellcheck: "false", "aria-label": say("Body") }, isJson ? firstExample(content[contentType]) : "")
    : element("input", { type: "file" }));
  const answer = element("div", { "aria-live": "polite" });
  const send = async (event) => {
    event.preventDefault();
    answer.replaceChildren("…");
    answer.replaceChildren(...await made(call, variables, contentType, body));
  };
  return element("form", { class: "try", submit: send },
    element("h4", {}, say("Try it")),
    variables.map(([parameter, input]) => element("label", {}, element("span", { class: "name" }, parameter.name), input)),
    body, element("div", { class: "row" }, element("button", { class: "main" }, say("Send"))), answer);
}

function firstExample(media) {
  const [example] = Object.values(media.examples ?? {});
  const value = media.example ?? example?.value;
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

async function made(call, variables, contentType, body) {
  let path = call.path;
  const query = new URLSearchParams();
  for (const [parameter, input] of variables) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(parameter.name, input.value);
  }
  if (query.size > 0) path += `?${query}`;
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  const file = body?.files?.[0];
  const sent = body && (body.files ? file : body.value || undefined);
  if (sent !== undefined) headers["Content-Type"] = file?.type || (contentType.includes("*") ? "application/octet-stream" : contentType);
  const began = performance.now();
  try {
    const response = await fetch(path, { method: call.method.toUpperCase(), headers, body: sent });
    return await told(response, Math.round(performance.now() - began));
  } catch (error) {
    return [element("p", { class: "needed" }, String(error))];
  }
}

async function told(response, ms) {
  const type = response.headers.get("Content-Type") ?? "";
  const head = element("p", {}, element("strong", {}, String(response.status)),
    element("span", { class: "soft" }, ` · ${ms} ms · ${type || say("no body")} · ${response.headers.get("X-Request-Id") ?? ""}`));
  if (type.startsWith("application/json")) return [head, json(await response.json())];
  if (type.startsWith("text/")) return [head, element("pre", {}, await response.text())];
  const blob = await response.blob();
  if (!type.startsWith("image/")) return [head, element("p", { class: "soft" }, `${blob.size} bytes`)];
  return [head, element("img", { src: URL.createObjectURL(blob), alt: "" })];
}

/** Logs in, or takes a token that is known already. */
function credentials() {
  const user = element("input", { value: "admin", "aria-label": say("User"), placeholder: say("User"), autocomplete: "off" });
  const password = element("input", { type: "password", "aria-label": say("Password"), placeholder: say("Password"), autocomplete: "off" });
  const known = element("input", { value: token, "aria-label": say("Token"), placeholder: say("Token"), autocomplete: "off", spellcheck: "false",
    input: () => { token = known.value.trim(); } });
  const word = element("span", { class: "soft" }, say("kept until this page is left"));
  const logIn = async (event) => {
    event.preventDefault();
    const basic = btoa(String.fromCharCode(...new TextEncoder().encode(`${user.value}:${password.value}`)));
    const response = await fetch("/v1/users/login", { method: "POST", headers: { Authorization: `Basic ${basic}` } });
    const answer = await response.json();
    known.value = token = answer.users?.[0]?.token ?? "";
    word.textContent = token ? say("logged in") : answer.errors?.[0]?.details ?? String(response.status);
    password.value = "";
  };
  return element("form", { class: "try", submit: logIn }, element("h4", {}, say("Credentials")),
    element("div", { class: "row" }, user, password, element("button", { class: "main" }, say("Log in"))),
    element("div", { class: "row" }, known), word);
}
