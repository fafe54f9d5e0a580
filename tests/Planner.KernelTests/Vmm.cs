using System.Diagnostics;
using System.Globalization;

namespace Planner.KernelTests;

/// <summary>The program that holds devices as a VMM does (<c>tests/lab/vmm.c</c>).</summary>
internal sealed class Vmm : IDisposable
{
    private const string Program = "/bin/vmm";
    private readonly Process _process;

    /// <summary>Holds a device, and passes it to whoever connects.</summary>
    public Vmm(int number, string socket)
    {
        _process = Start("hold", socket, $"vfiolab.{number}");

        // It says one line when it listens.
        Check.That(_process.StandardOutput.ReadLine() is not null, "the VMM does not hold the device");
    }

    /// <summary>Copies a device's state with dd into another device.</summary>
    /// <returns>How long the copy took, and how many bytes it had.</returns>
    public static (double Seconds, long Bytes) CopyWithDd(int source, int destination)
    {
        using var process = Start("dd", $"vfiolab.{source}", $"vfiolab.{destination}");
        var line = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Check.Equal(0, process.ExitCode);
        long[] numbers = [.. line.Split(' ').Select(n => long.Parse(n, CultureInfo.InvariantCulture))];
        return (numbers[0] / 1e9, numbers[1]);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true })!;
}
