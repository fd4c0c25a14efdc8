import { createHash } from 'node:crypto'
import { newestTime } from '../../../src/snapshot/files/newest-time.ts'
import type { Recorded } from './read.ts'

/** The newest time in a recording: that is when a reader of files takes it to be taken. */
const recordedAt = Date.UTC(2026, 0, 1, 12)

const hostParticulars = new Set([
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'images',
  'daemonEndpoints',
])
/** The size of a node is that of the machine it runs on; how many pods it takes is a setting. */
const sizes = new Set(['capacity', 'allocatable'])
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const uidLike = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/**
 * Makes two recordings of the same state equal, and free of the machine they were made on: objects sorted; uids and resource
 * versions derived from names; every time moved so that the newest is one fixed moment; nothing about the host.
 */
export function stable(objects: readonly Recorded[]): Recorded[] {
  const newest = newestTime(objects)
  const shiftMs = newest === undefined ? 0 : recordedAt - Math.floor(Date.parse(newest) / 1000) * 1000
  const uids = new Map(objects.map((object) => [uidOf(object), nameUid(keyOf(object))]))
  const change = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => change(item, key))
    if (isRecord(value)) return changeRecord(value, key, change)
    if (typeof value !== 'string') return value
    if (key === 'resourceVersion') return '1'
    if (value.startsWith('-----BEGIN CERTIFICATE')) return 'a certificate'
    if (timestamp.test(value)) return moved(value, shiftMs)
    return uidLike.test(value) ? (uids.get(value) ?? nameUid(value)) : value
  }
  return objects
    .toSorted((a, b) => compare(keyOf(a), keyOf(b)))
    .map((object) => change(object, '') as Recorded)
}

function changeRecord(
  record: Recorded,
  key: string,
  change: (value: unknown, key: string) => unknown,
): Recorded {
  const entries = Object.entries(record)
    .filter(([name, value]) => !isLeftOut(key, name, value))
    .toSorted(([a], [b]) => compare(a, b))
  return Object.fromEntries(entries.map(([name, value]) => [name, change(value, name)]))
}

function isLeftOut(parent: string, name: string, value: unknown): boolean {
  if (sizes.has(parent)) return name !== 'pods'
  if (parent === 'annotations') return name === 'kubectl.kubernetes.io/last-applied-configuration'
  return hostParticulars.has(name) || (name === 'managedFields' && isUninformative(value))
}

/** Field managers are kept where a person or a deployment tool is among them: they tell who changed what. */
function isUninformative(managedFields: unknown): boolean {
  if (!Array.isArray(managedFields)) return true
  return managedFields.every(
    (entry) => isRecord(entry) && /^(kube-|kubelet$|coredns$)/.test(String(entry['manager'])),
  )
}

function moved(time: string, shiftMs: number): string {
  const iso = new Date(Date.parse(time) + shiftMs).toISOString()
  return time.includes('.') ? iso.replace('Z', '000Z') : iso.replace(/\.\d+Z$/, 'Z')
}

function keyOf(object: Recorded): string {
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {}
  return [object['kind'], object['apiVersion'], metadata['namespace'], metadata['name']].join('/')
}

function uidOf(object: Recorded): string {
  return isRecord(object['metadata']) ? String(object['metadata']['uid']) : ''
}

function nameUid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

function isRecord(value: unknown): value is Recorded {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
