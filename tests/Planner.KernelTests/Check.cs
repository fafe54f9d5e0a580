using System.Runtime.CompilerServices;

namespace Planner.KernelTests;

/// <summary>What a test expects.</summary>
internal static class Check
{
    public static void That(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new CheckFailedException(otherwise);
        }
    }

    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "") =>
        That(EqualityComparer<T>.Default.Equals(expected, actual), $"{what} is {actual}, not {expected}");

    public static void Within(double low, double high, double actual, [CallerArgumentExpression(nameof(actual))] string what = "") =>
        That(actual >= low && actual <= high, FormattableString.Invariant($"{what} is {actual:0.###}, not within {low:0.###} and {high:0.###}"));

    public static TException Throws<TException>(Action action)
        where TException : Exception
    {
        try
        {
            action();
        }
        catch (TException e)
        {
            return e;
        }

        throw new CheckFailedException($"there was no {typeof(TException).Name}");
    }
}
