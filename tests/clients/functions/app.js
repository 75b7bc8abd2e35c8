// A function as it is written for Lambda in JavaScript: answers with the event.
exports.handler = async (event) => {
  if (event.raise) throw new TypeError("as told");
  return event;
};
