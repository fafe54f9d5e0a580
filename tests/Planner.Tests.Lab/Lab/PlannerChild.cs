using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Planner.Tests.Lab;

/// <summary>The real command in a process of its own, to be interrupted or killed, with what it says line by line.</summary>
internal sealed class PlannerChild : IDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;

    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private PlannerChild(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Append(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(_error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Error => Text(_error);

    public bool HasExited => _process.HasExited;

    /// <param name="stateHome">Where it keeps its state.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="wrapper">A command that starts it, such as <c>setpriv</c> with its options.</param>
    public static PlannerChild Start(string stateHome, IReadOnlyList<string> arguments, IReadOnlyList<string>? wrapper = null)
    {
        // A shell lets its background jobs ignore SIGINT, and what they start inherits that.
        string[] command = ["env", "--default-signal=INT", .. wrapper ?? [], "dotnet", Path.Combine(AppContext.BaseDirectory, "planner.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["STATE_DIRECTORY"] = Path.Combine(stateHome, "planner");
        return new PlannerChild(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Status, string Output, string Error)> RunAsync(string stateHome, IReadOnlyList<string> arguments, IReadOnlyList<string>? wrapper = null)
    {
        using var child = Start(stateHome, arguments, wrapper);
        var status = await child.EndAsync();
        return (status, child.Output, child.Error);
    }

    /// <summary>Waits for its end and gives its exit status.</summary>
    public async Task<int> EndAsync()
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Xunit.TestContext.Current.CancellationToken);
        guard.CancelAfter(HangGuard);
        await _process.WaitForExitAsync(guard.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has said something on stdout.</summary>
    public async Task UntilSaidAsync(string words, CancellationToken cancel)
    {
        while (!Output.Contains(words, StringComparison.Ordinal))
        {
            await Task.Delay(Poll, cancel);
        }
    }

    public void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"process {_process.Id} could not be signalled");
        }
    }

    /// <summary>Kills it as <c>kill -9</c> does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }

    public override string ToString() => $"status {(_process.HasExited ? _process.ExitCode : null)}\n{Output}\n{Error}";

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.Append(line is null ? "" : line + "\n");
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
