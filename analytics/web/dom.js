// Elements made in one line.

export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content.map((part) => (part instanceof Node ? part : String(part))));
  return made;
}

export function header(scope, ...content) {
  const made = element("th", "", ...content);
  made.scope = scope;
  return made;
}

export const row = (...cells) => element("tr", "", ...cells);
export const cell = (...content) => element("td", "", ...content);
export const number = (value) => element("td", "number", value.toLocaleString());
