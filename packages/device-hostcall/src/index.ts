export type { OnHostCallError } from './failure-report.ts';
export { type HostCalls, type HostCallsOptions, hostCalls } from './host-calls.ts';
export type { HostCallResponse, HostFunction, HostFunctions } from './host-function.ts';
export { HOST_CALL_STATUS, type HostCallStatus } from './status.ts';
