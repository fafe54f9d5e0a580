using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Documents;

/// <summary>Puts trained models into a store.</summary>
public static class ColdStartKeeper
{
    /// <summary>Keeps a model with its judgement, be it accepted or refused; only an accepted one is ever read for use.</summary>
    /// <returns>Its version.</returns>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    public static long Keep(IModelStore store, ColdStartModel model) => store.Save(new ModelRecord(
        ColdStartModelText.Name,
        0,
        ColdStartModelText.Kind,
        model.Judgement.IsAccepted,
        model.Judgement.Reason,
        ColdStartModelText.Write(model),
        model.Origin.CreatedAt));
}
