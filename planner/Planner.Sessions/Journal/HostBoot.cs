namespace Planner.Sessions;

/// <summary>The start of the host that this process runs on.</summary>
internal static class HostBoot
{
    private const string File = "/proc/sys/kernel/random/boot_id";

    /// <summary>What the kernel calls it; null where it does not say.</summary>
    public static string? Id { get; } = Read();

    private static string? Read()
    {
        try
        {
            return System.IO.File.ReadAllText(File).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
