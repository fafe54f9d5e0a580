namespace Planner.Measurements;

/// <summary>Learned models, kept in versions.</summary>
public interface IModelStore
{
    /// <summary>How many versions are kept under each name, and beside them the latest accepted one if it is older.</summary>
    const int KeptVersions = 20;

    /// <summary>Keeps a model as the next version of its name, and lets those go that are too old.</summary>
    /// <returns>The version.</returns>
    /// <exception cref="StoreException">The store cannot be written.</exception>
    /// <exception cref="ArgumentException">The body is longer than <see cref="ModelRecord.MaximumBodyLength"/>.</exception>
    long Save(ModelRecord model);

    /// <summary>The latest accepted model of a name; null if there is none. Models that were refused are never returned.</summary>
    /// <exception cref="StoreException">The store cannot be read, or this model is damaged in it.</exception>
    ModelRecord? ReadLatestAccepted(string name);

    /// <summary>All versions of a name that are kept, newest first, refused ones among them: to look at.</summary>
    /// <exception cref="StoreException">The store cannot be read, or a model is damaged in it.</exception>
    IReadOnlyList<ModelRecord> ReadModels(string name);
}
