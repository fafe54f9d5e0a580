namespace Planner.Measurements;

/// <summary>The store cannot be read or written. The message is one sentence that says what to do.</summary>
public sealed class StoreException(string message, Exception? innerException = null) : Exception(message, innerException);
