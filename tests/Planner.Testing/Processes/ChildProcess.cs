using System.Diagnostics;
using System.Reflection;

namespace Planner.Tests.Processes;

/// <summary>
/// Runs a piece of the tests in a process of its own, so that it can be killed or put under limits. The child is the
/// same ring of tests: a static method marked with <see cref="ChildEntryAttribute"/> is called by name before any test starts.
/// </summary>
public static class ChildProcess
{
    private const string EntryVariable = "PLANNER_TESTS_CHILD";

    /// <summary>Prepares a child that runs a method of a class and exits with what it returns.</summary>
    /// <param name="entry">A static method <c>int M(string[] arguments)</c> with <see cref="ChildEntryAttribute"/>.</param>
    /// <param name="arguments">What the method gets.</param>
    /// <param name="wrapper">A command that starts the child, such as <c>["setpriv", "--reuid=1000"]</c>.</param>
    public static ProcessStartInfo Prepare(Func<string[], int> entry, IEnumerable<string> arguments, params string[] wrapper)
    {
        string[] command = [.. wrapper, Environment.ProcessPath ?? "dotnet"];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var own = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [entry.Method.DeclaringType!.Assembly.Location] : Array.Empty<string>();
        foreach (var argument in command.Skip(1).Concat(own).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[EntryVariable] = $"{entry.Method.DeclaringType!.FullName}:{entry.Method.Name}";
        return start;
    }

    /// <summary>Starts a prepared child.</summary>
    public static Process Start(ProcessStartInfo prepared) =>
        Process.Start(prepared) ?? throw new InvalidOperationException($"{prepared.FileName} did not start");

    /// <summary>Does what a child is there for, and ends the process; nothing in any other process.</summary>
    /// <param name="ring">The tests that this process was started with.</param>
    public static void RunIfChild(Assembly ring)
    {
        if (Environment.GetEnvironmentVariable(EntryVariable) is not { } name)
        {
            return;
        }

        // Children of the child are ordinary processes again.
        Environment.SetEnvironmentVariable(EntryVariable, null);
        var (type, method) = (name[..name.IndexOf(':', StringComparison.Ordinal)], name[(name.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var entry = ring.GetType(type)?.GetMethod(method, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic);
        if (entry?.GetCustomAttribute<ChildEntryAttribute>() is null)
        {
            Environment.Exit(125);
        }

        Environment.Exit((int)entry.Invoke(null, [Environment.GetCommandLineArgs()[1..]])!);
    }
}
