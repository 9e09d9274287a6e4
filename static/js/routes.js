// Offers only the models of the provider that is chosen beside them; without it the server checks.
(() => {
  "use strict";
  const offer = (models) => {
    const provider = models.form.elements[models.name.replace(/model$/, "provider")];
    if (!provider) return;
    for (const option of models.options) {
      const fits = !option.dataset.provider || option.dataset.provider === provider.value;
      option.hidden = option.disabled = !fits;
    }
    if (models.selectedOptions[0]?.disabled) models.value = "";
  };
  const offerAll = () => document.querySelectorAll("select[name$=model]").forEach(offer);

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[name$=provider]")) offerAll();
  });
  document.addEventListener("formset:added", offerAll);
  document.addEventListener("DOMContentLoaded", offerAll);
})();
