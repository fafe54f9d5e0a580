using System.Diagnostics;
using System.Globalization;

namespace Planner.KernelTests;

/// <summary>The program that holds devices as a VMM does (<c>tests/lab/vmm.c</c>).</summary>
internal sealed class Vmm : IDisposable
{
    private const string Program = "/bin/vmm";
    private readonly Process _process;

    private Vmm(params string[] arguments)
    {
        _process = Start(arguments);

        // It says one line when it listens.
        Check.That(_process.StandardOutput.ReadLine() is not null, "the VMM does not hold the device");
    }

    /// <summary>Holds a device, and passes it to whoever connects.</summary>
    public static Vmm Hold(int number, string socket) => new("hold", socket, $"vfiolab.{number}");

    /// <summary>Passes a device's node without having bound it.</summary>
    public static Vmm PassUnbound(string node, string socket) => new("unbound", socket, node);

    /// <summary>Copies a device's state with dd into another device.</summary>
    /// <returns>How many seconds the copy took.</returns>
    public static double CopyWithDd(int source, int destination)
    {
        using var process = Start("dd", $"vfiolab.{source}", $"vfiolab.{destination}");
        var line = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Check.Equal(0, process.ExitCode);
        return long.Parse(line, CultureInfo.InvariantCulture) / 1e9;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true })!;
}
