using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Planner.Tests.Cli;

/// <summary>Runs the real command in a process of its own, as a user would.</summary>
internal static class PlannerProcess
{
    // SIGTERM, which the command takes as it takes Ctrl-C: a shell lets its background jobs ignore SIGINT, and these inherit that.
    private const int InterruptSignal = 15;

    /// <summary>SIGSTOP.</summary>
    public const int Stop = 19;

    /// <summary>SIGCONT.</summary>
    public const int Continue = 18;

    private static readonly TimeSpan HangGuard = TimeSpan.FromMinutes(3);

    /// <summary>Starts the command; the caller owns the process.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="stateHome">Where it keeps its state; null for the default.</param>
    /// <param name="installation">The folder that it runs from; null for that of the tests.</param>
    /// <param name="wrapper">The command that runs it, which takes its command line as further arguments; null for none.</param>
    public static Process Start(IReadOnlyList<string> arguments, string? stateHome = null, string? installation = null, IReadOnlyList<string>? wrapper = null)
    {
        string[] command = [.. wrapper ?? [], "dotnet", Path.Combine(installation ?? AppContext.BaseDirectory, "planner.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (stateHome is not null)
        {
            start.Environment["STATE_DIRECTORY"] = Path.Combine(stateHome, "planner");
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs the command to its end.</summary>
    public static Task<Result> RunAsync(IReadOnlyList<string> arguments, string? input = null, string? stateHome = null, IReadOnlyList<string>? wrapper = null, CancellationToken cancel = default) =>
        EndAsync(Start(arguments, stateHome, wrapper: wrapper), input, cancel);

    /// <summary>Waits for the end of a command that was started, and disposes of it.</summary>
    public static async Task<Result> EndAsync(Process started, string? input = null, CancellationToken cancel = default)
    {
        using var process = started;
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        guard.CancelAfter(HangGuard);
        var output = process.StandardOutput.ReadToEndAsync(guard.Token);
        var error = process.StandardError.ReadToEndAsync(guard.Token);
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command may refuse and end before it has read its input.
        }

        await process.WaitForExitAsync(guard.Token);
        return new Result(process.ExitCode, await output, await error);
    }

    /// <summary>Asks the process to stop, as Ctrl-C does.</summary>
    public static void Interrupt(Process process) => Signal(process, InterruptSignal);

    /// <summary>Sends a process a signal.</summary>
    public static void Signal(Process process, int signal)
    {
        if (Kill(process.Id, signal) != 0)
        {
            throw new InvalidOperationException($"process {process.Id} could not be sent signal {signal}");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);

    /// <summary>How a command ended.</summary>
    internal sealed record Result(int Status, string Output, string Error)
    {
        /// <summary>What stderr holds, as lines.</summary>
        public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public override string ToString() => new StringBuilder().Append("status ").Append(Status).Append('\n').Append(Output).Append('\n').Append(Error).ToString();
    }
}
