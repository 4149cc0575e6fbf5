// A trial's child that does what it must not, by the name of its scenario.
process.on("message", ({ spec }) => {
  if (spec?.scenario.name === "crash") {
    process.stderr.write("the child's last words\n", () => process.exit(7));
  } else if (spec?.scenario.name === "never stops") {
    process.send({ type: "stopping" });
    setInterval(() => process.send({ type: "alive" }), 20);
  } else {
    process.stderr.write("hanging\n");
    setInterval(() => undefined, 1000);
  }
});
process.on("disconnect", () => process.exit());
