/** Prints figures as one line of JSON, with the CPU time and the peak memory of the process. */
export function report(figures: Readonly<Record<string, unknown>>): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const cpuMs = (userCPUTime + systemCPUTime) / 1_000
  process.stdout.write(`${JSON.stringify({ ...figures, cpuMs, peakMiB: maxRSS / 1_024 })}\n`)
}
