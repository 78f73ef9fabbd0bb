// The plain GraphQL page: sends what the form says, shows the answer.
const byId = (id) => document.getElementById(id);

byId("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = byId("token").value.trim();
  const variables = byId("variables").value.trim();
  try {
    const answer = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: byId("query").value, variables: variables ? JSON.parse(variables) : null }),
    });
    byId("answer").textContent = JSON.stringify(await answer.json(), null, 2);
  } catch (error) {
    byId("answer").textContent = String(error);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("form").requestSubmit();
});
