using System.Diagnostics;

namespace Planner.KernelTests;

/// <summary>The planner's command as a process of its own, as a person starts it.</summary>
internal sealed class PlannerRun : IDisposable
{
    /// <summary>The store of a test that needs none from before.</summary>
    public const string Store = "/tmp/planner.db";

    private const string Program = "/bin/planner";
    private const string PolicyPath = "/tmp/policy.yaml";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    /// <summary>Begins to migrate a pair.</summary>
    public PlannerRun(MachinePair pair, PlannerPolicy policy, string store = Store)
    {
        policy.Write(PolicyPath);
        string[] arguments =
            ["migrate", $"qmp:{pair.Source.PlannerSocket}", $"qmp:{pair.Destination.PlannerSocket}", "--policy", PolicyPath, "--sla", "lab", "--store", store, "--output", "json"];
        _process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Forgets what the planner learned.</summary>
    public static void Forget(string store = Store)
    {
        foreach (var file in Directory.GetFiles("/tmp", Path.GetFileName(store) + "*"))
        {
            File.Delete(file);
        }
    }

    /// <summary>Waits for its end.</summary>
    public PlannerReport Finish()
    {
        Check.That(_process.WaitForExit(Patience), "the planner does not end");
        return PlannerReport.Parse(_process.ExitCode, _output.Result, _error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
