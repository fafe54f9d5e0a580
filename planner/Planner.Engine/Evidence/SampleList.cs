namespace Planner.Engine;

/// <summary>The latest values of one series, oldest first.</summary>
internal sealed class SampleList(int capacity)
{
    private readonly Queue<double> _values = new();

    public int Count => _values.Count;

    public void Add(double value)
    {
        if (_values.Count == capacity)
        {
            _values.Dequeue();
        }

        _values.Enqueue(value);
    }

    public double[] ToArray() => [.. _values];

    /// <summary>The middle value; the upper one of two.</summary>
    public double? Median() => _values.Count == 0 ? null : _values.Order().ElementAt(_values.Count / 2);
}
