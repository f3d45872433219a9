// Asking capture for something, as the forms of the page do.

const PATIENCE_MS = 3000;
const UNREACHED = {
  outcome: "refused",
  sentence: "Can't reach Afterthought.",
  advice: "This press may not count. Look whether the device is on, and press again.",
};

// Capture's answer: its `outcome`, and where that is `refused`, a sentence and advice.
export const post = async (address, fields = {}) => {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return await answer.json();
  } catch {
    return UNREACHED;
  }
};
