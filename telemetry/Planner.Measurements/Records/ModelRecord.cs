namespace Planner.Measurements;

/// <summary>A learned model as it is kept.</summary>
/// <param name="Name">What it predicts, such as <c>cold-start</c>.</param>
/// <param name="Version">Counts up from 1 under each name; 0 before it is kept.</param>
/// <param name="Kind">The format of the body.</param>
/// <param name="IsAccepted">Whether it may be used.</param>
/// <param name="Judgement">Why, in one sentence.</param>
/// <param name="Body">The model.</param>
/// <param name="CreatedAt">When it was trained.</param>
public sealed record ModelRecord(string Name, long Version, string Kind, bool IsAccepted, string Judgement, string Body, DateTimeOffset CreatedAt)
{
    /// <summary>The longest body that is kept, in characters.</summary>
    public const int MaximumBodyLength = 16 * 1024 * 1024;

    /// <summary>Name and version for people, such as <c>cold-start v3</c>.</summary>
    public string Title => $"{Name} v{Version}";
}
