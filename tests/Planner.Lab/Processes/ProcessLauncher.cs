using System.Collections.Concurrent;
using System.Diagnostics;

namespace Planner.Lab;

/// <summary>
/// Starts children that the kernel kills when this process dies, however it dies. The kernel does that when the <em>thread</em> that started them ends,
/// and threads of the pool come and go. So one thread, which lives as long as the process, starts them all.
/// </summary>
internal static class ProcessLauncher
{
    // A parent that died before the kernel was told to watch it is not this child's parent any more.
    private const string Shell = "[ \"$PPID\" = \"$1\" ] || exit 1; shift; exec \"$@\" > \"$0\" 2>&1 < /dev/null";

    private static readonly BlockingCollection<Action> Requests = [];

    static ProcessLauncher() => new Thread(Serve) { IsBackground = true, Name = "lab launcher" }.Start();

    /// <summary>Starts a command with its output in a file. The process has the identifier of the command itself, as all wrappers give way to it.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="logPath">Where its output goes.</param>
    /// <param name="environment">What is added to the environment.</param>
    /// <exception cref="LabException">It could not be started.</exception>
    public static Process Start(IReadOnlyList<string> command, string logPath, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "sh", "-c", Shell, logPath, $"{Environment.ProcessId}", .. command]);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var started = new TaskCompletionSource<Process>();
        Requests.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e)
            {
                started.SetException(new LabException("The command setpriv cannot be run; install the package util-linux.", e));
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static void Serve()
    {
        foreach (var request in Requests.GetConsumingEnumerable())
        {
            request();
        }
    }
}
