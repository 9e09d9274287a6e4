function isObject(value) {
  return value !== null && typeof value === "object";
}

function merge(target, source) {
  for (const key of Object.keys(source)) {
    if (isObject(source[key])) {
      if (!isObject(target[key])) target[key] = {};
    } else {
      target[key] = source[key];
    }
  }
  return target;
}

module.exports = { merge };
