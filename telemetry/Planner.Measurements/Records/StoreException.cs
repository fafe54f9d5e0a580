namespace Planner.Measurements;

/// <summary>The store cannot be read or written. The message is one sentence that says what to do.</summary>
public sealed class StoreException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the address is wrong: what it names is not and cannot become a store. Otherwise the store itself failed.</summary>
    public bool IsWrongAddress { get; init; }
}
