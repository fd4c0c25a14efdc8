/** Whether this run takes its time: `.ci/full` sets it. */
export const isFullRun = process.env['NETDOCTOR_TEST_FULL'] === '1'
