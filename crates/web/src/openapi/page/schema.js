/* JSON Schemas as lists of fields. */

/** A schema with its reference followed; what stands beside a reference is added to it. */
function resolve(schema) {
  if (!schema || typeof schema !== "object") return {};
  let whole = schema;
  if (schema.$ref) {
    const { $ref, ...beside } = schema;
    whole = merge(resolve(pointed($ref)), beside);
  }
  return (whole.allOf ?? []).reduce((all, part) => merge(all, resolve(part)), { ...whole, allOf: undefined });
}

/** What a reference inside the document leads to. */
function pointed(reference) {
  return reference.slice(2).split("/")
    .reduce((node, name) => node?.[name.replaceAll("~1", "/").replaceAll("~0", "~")], api);
}

function merge(one, other) {
  return { ...one, ...other,
    properties: one.properties || other.properties ? { ...one.properties, ...other.properties } : undefined,
    required: [...(one.required ?? []), ...(other.required ?? [])] };
}

/** `array of string`. */
function typeOf(schema) {
  const whole = resolve(schema);
  if (whole.type === "array") return `array of ${typeOf(whole.items)}`;
  if (Array.isArray(whole.type)) return whole.type.join(` ${say("or")} `);
  if (whole.type) return whole.format ? `${whole.type}, ${whole.format}` : whole.type;
  if (whole.const !== undefined) return typeof whole.const;
  if (whole.enum) return typeof whole.enum[0];
  if (whole.properties) return "object";
  const forms = whole.oneOf ?? whole.anyOf;
  if (forms) return [...new Set(forms.map(typeOf))].join(` ${say("or")} `);
  return say("any text");
}

/** Limits in words. */
function limitsOf(schema) {
  const whole = resolve(schema);
  const said = [];
  if (whole.enum) said.push(`${say("one of")} ${whole.enum.map((value) => JSON.stringify(value)).join(", ")}`);
  if (whole.const !== undefined) said.push(JSON.stringify(whole.const));
  range(said, whole.minLength, whole.maxLength, say("characters"));
  range(said, whole.minItems, whole.maxItems, say("elements"));
  range(said, whole.minimum, whole.maximum, "");
  if (whole.pattern) said.push(`${say("pattern")} ${whole.pattern}`);
  if (whole.default !== undefined) said.push(`${say("default")} ${JSON.stringify(whole.default)}`);
  return said.join(" · ");
}

function range(said, least, most, unit) {
  const far = 9007199254740991;
  if (least !== undefined && least === most) said.push(`${least} ${unit}`);
  else if (least && Math.abs(least) < far && most !== undefined && most < far) said.push(`${least}–${most} ${unit}`);
  else if (most !== undefined && most < far) said.push(`${say("at most")} ${most} ${unit}`);
  else if (least) said.push(`${say("at least")} ${least} ${unit}`);
}

/** The fields of a schema, nested ones below theirs; long ones open on demand. */
function fields(schema, depth = 0) {
  const whole = resolve(schema);
  const inside = whole.type === "array" ? resolve(whole.items) : whole;
  const shown = [];
  const members = Object.entries(inside.properties ?? {});
  if (members.length > 0) {
    const needed = new Set(inside.required ?? []);
    members.sort(([one], [other]) => needed.has(other) - needed.has(one));
    shown.push(element("ul", { class: "fields" },
      members.map(([name, member]) => field(name, member, needed.has(name), depth))));
  }
  const forms = (inside.oneOf ?? inside.anyOf ?? []).filter((form) => fieldsInside(form));
  if (forms.length > 0) {
    shown.push(element("p", { class: "soft" }, `${say("one of these forms")}:`),
      ...tabs(forms.map((form, index) => [nameOf(form, index), () => fields(form, depth)])));
  }
  return shown;
}

function field(name, schema, isNeeded, depth) {
  const whole = resolve(schema);
  const limits = limitsOf(schema.type === "array" ? { ...whole } : schema);
  const inner = whole.type === "array" ? limitsOf(whole.items) : "";
  const nested = fieldsInside(schema);
  const line = [element("span", { class: "name" }, name), " ", element("span", { class: "type" }, typeOf(schema)), " ",
    isNeeded ? element("span", { class: "needed" }, say("required")) : undefined,
    whole.description ? element("span", { class: "about" }, inline(whole.description)) : undefined,
    limits || inner ? element("span", { class: "limits" }, [limits, inner].filter(Boolean).join(" · ")) : undefined];
  if (!nested) return element("li", {}, line);
  if (depth < 1) return element("li", {}, line, fields(schema, depth + 1));
  return element("li", {}, line, later(`${say("Fields")} …`, () => fields(schema, depth + 1)));
}

/** Shows more when it is opened, and makes it only then. */
function later(label, make) {
  const more = element("details", { class: "more" }, element("summary", {}, label));
  more.addEventListener("toggle", () => { if (more.open && more.children.length === 1) more.append(...[make()].flat()); });
  return more;
}

/** Whether there is anything to list. */
function fieldsInside(schema) {
  const whole = resolve(schema);
  const inside = whole.type === "array" ? resolve(whole.items) : whole;
  return Object.keys(inside.properties ?? {}).length > 0 || (inside.oneOf ?? inside.anyOf ?? []).some(fieldsInside);
}

/** A form by its title, the one value of its `type`, or the member that only it has to have. */
function nameOf(form, index) {
  const whole = resolve(form);
  const kind = resolve(whole.properties?.type);
  const only = kind.const ?? (kind.enum?.length === 1 ? kind.enum[0] : undefined);
  return whole.title ?? only ?? whole.required?.at(-1) ?? `${index + 1}`;
}
