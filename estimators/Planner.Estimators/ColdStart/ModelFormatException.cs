namespace Planner.Estimators;

/// <summary>A model that was read is not one that this build can use. The message says what is wrong with it, without a capital or a full stop.</summary>
public sealed class ModelFormatException(string message, Exception? innerException = null) : Exception(message, innerException);
