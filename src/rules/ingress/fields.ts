/** The steps of a field path such as `spec.rules[0].http.paths[1].backend.service`, for a JSON pointer. */
export function steps(field: string): readonly (string | number)[] {
  return field
    .split('.')
    .flatMap((part) =>
      [...part.matchAll(/[^[\]]+/g)].map(([text]) => (/^\d+$/.test(text) ? Number(text) : text)),
    )
}
