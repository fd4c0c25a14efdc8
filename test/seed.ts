import fc from 'fast-check'

/** The same cases in every run, so that a change is judged by what it changes; another number looks elsewhere. */
fc.configureGlobal({ seed: Number(process.env['NETDOCTOR_TEST_SEED'] ?? 20_261_124) })
