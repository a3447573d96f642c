// Shows the OpenAPI description and the examples, with this server's address filled in.
import { example } from "./describe.js";

const HERE = new URL(".", location.href).href.replace(/\/$/, "");
const LABELS = { sh: "curl", py: "Python", mjs: "JavaScript" };

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

async function showExample(place, index) {
  const names = place.dataset.files.split(" ");
  const texts = await Promise.all(names.map(async (name) => (await get(`static/docs/examples/${name}`)).text()));
  const tabs = names.map((name, at) => element("button", {
    type: "button", role: "tab", id: `tab-${index}-${at}`, "aria-controls": `panel-${index}`,
  }, LABELS[name.split(".").pop()]));
  const code = element("code");
  const panel = element("pre", { role: "tabpanel", id: `panel-${index}`, tabindex: "0" }, code);
  const select = (chosen, focus) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", tabs[chosen].id);
    const host = new URL(HERE).host;
    code.textContent = texts[chosen].trim().replaceAll("http://localhost:8000", HERE).replaceAll("localhost:8000", host);
    if (focus) tabs[chosen].focus();
  };
  const list = element("div", { role: "tablist", "aria-label": "Language" }, ...tabs);
  list.addEventListener("click", (event) => tabs.includes(event.target) && select(tabs.indexOf(event.target)));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) select((tabs.indexOf(event.target) + step + tabs.length) % tabs.length, true);
  });
  place.append(list, panel);
  select(0);
}

function facts(pairs) {
  return element("dl", {}, ...pairs.flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]));
}

function showOperation(method, path, operation, schemas) {
  const [first, ...rest] = (operation.description ?? "").split("\n\n");
  const shown = element("details", {}, element(
    "summary", {}, element("code", {}, element("span", { class: "method" }, method.toUpperCase()), path), element("span", {}, first),
  ));
  if (rest.length) shown.append(element("p", {}, rest.join(" ")));
  const parameters = (operation.parameters ?? []).map((each) => [each.name, `${each.description} (in the ${each.in}, ${each.schema.type})`]);
  if (parameters.length) shown.append(element("h3", {}, "Parameters"), facts(parameters));
  const bodies = Object.entries(operation.requestBody?.content ?? {});
  if (bodies.length) {
    shown.append(element("h3", {}, "Request body"), facts(bodies.map(([kind, { schema }]) => [kind, example(schema, schemas)])));
  }
  shown.append(element("h3", {}, "Responses"));
  shown.append(facts(Object.entries(operation.responses).map(([status, { description, content }]) => {
    const kinds = Object.entries(content ?? {}).map(([kind, { schema }]) => `${kind}: ${example(schema, schemas)}`);
    return [status, status === "200" && kinds.length ? kinds.join(" or ") : description];
  })));
  return shown;
}

async function showOperations() {
  const status = document.querySelector("#status");
  try {
    const description = await (await get("schema/openapi.json")).json();
    const schemas = description.components?.schemas ?? {};
    for (const [path, operations] of Object.entries(description.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        document.querySelector("#list").append(showOperation(method, path, operation, schemas));
      }
    }
    status.textContent = `Version ${description.info.version}.`;
  } catch {
    status.textContent = "The list could not be loaded. Reload the page when the server is back.";
  }
}

try {
  document.documentElement.dataset.theme = localStorage.getItem("theme") ?? "";
} catch { /* no storage: the system's colours */ }
document.querySelectorAll(".example").forEach((place, index) => void showExample(place, index).catch(() => {
  place.textContent = "The examples could not be loaded. Reload the page when the server is back.";
}));
void showOperations();
