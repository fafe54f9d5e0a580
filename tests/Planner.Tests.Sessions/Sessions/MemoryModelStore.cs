using Planner.Measurements;

namespace Planner.Tests.Sessions;

/// <summary>At most one model, in memory.</summary>
internal sealed class MemoryModelStore(ModelRecord? model) : IModelStore
{
    public string? Fault { get; set; }

    public long Save(ModelRecord model) => throw new NotSupportedException();

    public ModelRecord? ReadLatestAccepted(string name) => Fault is not null
        ? throw new StoreException(Fault)
        : model is { IsAccepted: true } && model.Name == name ? model : null;

    public IReadOnlyList<ModelRecord> ReadModels(string name) => throw new NotSupportedException();
}
