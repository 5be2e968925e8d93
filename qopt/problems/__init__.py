"""Problems: data in, cost out, and solutions back in the problem's own terms."""
