using System.Runtime.CompilerServices;

namespace Planner.KernelTests;

/// <summary>Runs tests one after the other, and says how each went. Compiled ahead of time, so that no test is found by reflection.</summary>
/// <param name="part">Runs only the tests with this in their name; null runs all.</param>
internal sealed class TestRun(string? part)
{
    private int _passed;
    private int _failed;

    public void Try(Action test, [CallerArgumentExpression(nameof(test))] string name = "")
    {
        if (part is not null && !name.Contains(part, StringComparison.Ordinal))
        {
            return;
        }

        try
        {
            test();
            _passed++;
            Console.WriteLine($"ok {name}");
        }
        catch (Exception e)
        {
            _failed++;
            Console.WriteLine($"FAILED {name}: {(e is CheckFailedException ? e.Message : e)}");
        }
    }

    /// <summary>Prints the counts.</summary>
    /// <returns>The exit status.</returns>
    public int Finish()
    {
        Console.WriteLine($"{_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }
}
