namespace Planner.Documents;

/// <summary>Reads a value from a text.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <returns>False if the text is no such value.</returns>
public delegate bool TryParse<T>(string text, out T value);
