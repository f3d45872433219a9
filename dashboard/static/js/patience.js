// How long a question to the device is waited for. Safari before 16 has no AbortSignal.timeout.

export const givenUpAfter = (ms) => {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), ms);
  return patience.signal;
};
