namespace Planner.Lab;

/// <summary>Something in the lab did not work; the message is a sentence for people.</summary>
public sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
