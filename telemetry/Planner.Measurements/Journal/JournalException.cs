namespace Planner.Measurements;

/// <summary>A journal cannot be written or read. The message is one sentence that says what to do.</summary>
public sealed class JournalException(string message, Exception? innerException = null) : Exception(message, innerException);
