// Describes a JSON schema in one line: {text: string, digits: [{digit: integer or null, …}]}.
export function example(schema, schemas, depth = 0) {
  if (!schema) return "anything";
  if (schema.$ref) return example(schemas[schema.$ref.split("/").pop()], schemas, depth);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.map((each) => example(each, schemas, depth)).join(" or ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.format === "binary") return "bytes";
  if (schema.type === "array") {
    if (schema.prefixItems) return `[${schema.prefixItems.map((each) => example(each, schemas, depth + 1)).join(", ")}]`;
    return schema.items ? `[${example(schema.items, schemas, depth + 1)}, …]` : "[…]";
  }
  if (schema.type === "object") {
    const required = new Set(schema.required ?? []);
    const properties = Object.entries(schema.properties ?? {});
    if (!properties.length || depth > 3) return "{…}";
    const shown = properties.map(([name, each]) => `${name}${required.has(name) ? "" : "?"}: ${example(each, schemas, depth + 1)}`);
    return `{${shown.join(", ")}}`;
  }
  return [schema.type].flat().join(" or ");
}
