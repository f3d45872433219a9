// Asking capture for something, as the forms of the page do.

// Capture's answer: its `outcome`, and where that is `refused`, a sentence and advice.
export const post = async (address, fields = {}) => {
  try {
    const answer = await fetch(address, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(fields),
    });
    return await answer.json();
  } catch {
    return { outcome: "refused", sentence: "Nothing was kept: this page has lost its machine.", advice: "" };
  }
};
