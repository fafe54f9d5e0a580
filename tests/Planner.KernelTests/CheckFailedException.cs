namespace Planner.KernelTests;

/// <summary>A test found something else than it expected.</summary>
/// <param name="message">What.</param>
internal sealed class CheckFailedException(string message) : Exception(message);
