import { readFileSync } from 'node:fs'
import type { Question } from '../../src/diagnosis/question.ts'
import { type Json, list, record, text, texts } from '../../src/snapshot/kinds/json.ts'

/** One good answer to a recorded case. */
export interface AcceptedAnswer {
  readonly kind: string
  readonly namespace: string
  /** A trailing `*` stands for the generated part of a name. */
  readonly name: string
  /** The part of the rule id before the slash. */
  readonly areas: readonly string[]
  /** One word of each group must stand in the summary, the detail or the evidence. */
  readonly mustMention: readonly (readonly string[])[]
}

/** What is wrong in a recorded cluster, written down when it was recorded. */
export interface Truth {
  readonly category: string
  readonly isHealthy: boolean
  readonly question: Question
  readonly accept: readonly AcceptedAnswer[]
  readonly affected: readonly Pick<AcceptedAnswer, 'kind' | 'namespace' | 'name'>[]
  readonly allowedExtra: readonly Pick<AcceptedAnswer, 'kind' | 'namespace' | 'name'>[]
  readonly level: 'error' | 'warning'
  readonly maxProof?: string | undefined
}

/** Reads `NAME.truth.json`. */
export function readTruth(path: string): Truth {
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const json = record(value)
  return {
    category: text(json['category']) ?? '',
    isHealthy: json['kind'] === 'decoy',
    question: questionOf(record(json['question'])),
    accept: list(json['accept'], (answer) => ({
      ...object(record(answer['object'])),
      areas: texts(answer['areas']) ?? [],
      mustMention: Array.isArray(answer['mustMention'])
        ? answer['mustMention'].map((group) => texts(group) ?? [])
        : [],
    })),
    affected: list(json['affectedMustInclude'], object),
    allowedExtra: list(json['allowedExtra'], object),
    level: json['level'] === 'warning' ? 'warning' : 'error',
    maxProof: text(json['maxProof']),
  }
}

function object(json: Json) {
  return {
    kind: text(json['kind']) ?? '',
    namespace: text(json['namespace']) ?? '',
    name: text(json['name']) ?? '',
  }
}

function questionOf(json: Json): Question {
  const namespace = text(json['namespace']) ?? ''
  if (json['mode'] === 'scan') return { kind: 'scan', namespaces: [namespace] }
  // Asked as the Service that somebody does not reach, so that all its callers are told.
  const name = text(json['service']) ?? text(json['to'])?.replace('svc/', '') ?? ''
  return { kind: 'service', namespace, name }
}
