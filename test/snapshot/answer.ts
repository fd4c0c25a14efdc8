import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Diagnosis } from '../../src/diagnosis/diagnosis.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import type { Text } from '../../src/rules/text.ts'
import { maskUserinfo } from '../../src/snapshot/mask-text.ts'
import { keyOf, type Snapshot } from '../../src/snapshot/snapshot.ts'

/** A sentence as the report would print it: values masked. */
function plain(text: Text): string {
  return text
    .map((piece) => {
      if (piece.kind === 'reference') return keyOf(piece.reference)
      return piece.kind === 'value' ? maskUserinfo(piece.text) : piece.text
    })
    .join('')
}

/** What must be the same for the same cluster: problems with what they break, and how every connection goes. */
export function answer(question: Question, snapshot: Snapshot) {
  return essence(diagnose(question, Network.of(snapshot)))
}

function essence({ verdict, problems, paths, gaps }: Diagnosis) {
  return {
    verdict,
    problems: problems.map(({ cause, symptoms, breaks }) => ({
      key: cause.key,
      severity: cause.severity,
      proof: cause.proof,
      summary: plain(cause.summary),
      symptoms: symptoms.map(({ key }) => key),
      breaks: breaks.map(({ connection }) => connection.key),
    })),
    paths: paths.map(({ connection, outcome }) => `${connection.key} ${outcome}`),
    gaps,
  }
}
