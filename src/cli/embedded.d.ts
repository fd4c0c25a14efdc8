/** A file that the bundler puts into the program as bytes. */
declare module '*.gz' {
  const bytes: Uint8Array
  export default bytes
}
