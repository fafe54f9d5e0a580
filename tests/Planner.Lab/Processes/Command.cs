using System.ComponentModel;
using System.Diagnostics;

namespace Planner.Lab;

/// <summary>Runs a command to its end.</summary>
internal static class Command
{
    /// <summary>What the command printed. A failure shows what it printed to stderr.</summary>
    /// <param name="start">The command, with both outputs redirected.</param>
    /// <param name="cancel">Kills it and its children.</param>
    /// <exception cref="LabException">It failed, or is not there.</exception>
    public static async Task<string> RunAsync(ProcessStartInfo start, CancellationToken cancel)
    {
        using var process = Started(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            return process.ExitCode == 0 ? await output.ConfigureAwait(false) : throw new LabException((await error.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process Started(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new LabException($"The command {start.FileName} cannot be run; install the package that brings it.", e);
        }
    }
}
