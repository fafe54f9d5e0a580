using System.Text.Json.Serialization;

namespace Planner.Hypervisors;

/// <summary>What became of the memory in a migration: the member "ram" of query-migrate.</summary>
public sealed record QmpMigrationMemory
{
    /// <summary>What was sent so far, in bytes.</summary>
    [JsonPropertyName("transferred")]
    public required long TransferredBytes { get; init; }

    /// <summary>What was known to be left, in bytes. It counts what was dirty at the last synchronization, so it is exact only right after a pass.</summary>
    [JsonPropertyName("remaining")]
    public required long RemainingBytes { get; init; }

    /// <summary>The size of the memory, in bytes.</summary>
    [JsonPropertyName("total")]
    public required long TotalBytes { get; init; }

    /// <summary>How often the dirty bitmap was synchronized.</summary>
    [JsonPropertyName("dirty-sync-count")]
    public required long DirtySyncCount { get; init; }

    /// <summary>The size of a page, in bytes.</summary>
    [JsonPropertyName("page-size")]
    public required int PageBytes { get; init; }

    /// <summary>The rate at which the guest dirties pages, by the second.</summary>
    [JsonPropertyName("dirty-pages-rate")]
    public required long DirtyPagesPerSecond { get; init; }

    /// <summary>The throughput of the last window, in 10^6 bits per second.</summary>
    [JsonPropertyName("mbps")]
    public required double MegabitsPerSecond { get; init; }

    /// <summary>The pages of zeroes that were sent.</summary>
    [JsonPropertyName("duplicate")]
    public long? DuplicatePages { get; init; }

    /// <summary>The other pages that were sent.</summary>
    [JsonPropertyName("normal")]
    public long? NormalPages { get; init; }

    /// <summary>The bytes of these pages.</summary>
    [JsonPropertyName("normal-bytes")]
    public long? NormalBytes { get; init; }

    /// <summary>The rate at which pages are sent.</summary>
    [JsonPropertyName("pages-per-second")]
    public long? PagesPerSecond { get; init; }

    /// <summary>What was sent while the guest ran, in bytes.</summary>
    [JsonPropertyName("precopy-bytes")]
    public long? PreCopyBytes { get; init; }

    /// <summary>What was sent while the guest was stopped, in bytes.</summary>
    [JsonPropertyName("downtime-bytes")]
    public long? DowntimeBytes { get; init; }

    /// <summary>What was sent after the guest ran at the destination, in bytes.</summary>
    [JsonPropertyName("postcopy-bytes")]
    public long? PostCopyBytes { get; init; }

    /// <summary>The pages that the destination asked for.</summary>
    [JsonPropertyName("postcopy-requests")]
    public long? PostCopyRequests { get; init; }

    /// <summary>What went through multifd channels, in bytes.</summary>
    [JsonPropertyName("multifd-bytes")]
    public long? MultifdBytes { get; init; }

    /// <summary>How often pages were copied although zero copy was asked for.</summary>
    [JsonPropertyName("dirty-sync-missed-zero-copy")]
    public long? ZeroCopyMissedSyncs { get; init; }
}
