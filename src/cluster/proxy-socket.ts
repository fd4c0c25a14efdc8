import type { Socket } from 'node:net'

/** What is behind a proxy. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** What a proxy may want to know. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** What the proxy sends next. TLS to the server starts only when we say so: nothing of it is taken by accident. */
export function nextChunk(socket: Socket): Promise<Buffer> {
  return new Promise((resolve) => {
    const take = (): void => {
      const chunk: unknown = socket.read()
      if (Buffer.isBuffer(chunk)) resolve(chunk)
      else socket.once('readable', take)
    }
    take()
  })
}
