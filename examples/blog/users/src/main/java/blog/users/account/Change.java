package blog.users.account;

import org.jspecify.annotations.Nullable;

/** What a request says about one field: nothing, or the value it shall have. */
record Change<T>(boolean present, @Nullable T value) {

    static <T> Change<T> none() {
        return new Change<>(false, null);
    }

    static <T> Change<T> to(@Nullable T value) {
        return new Change<>(true, value);
    }

    @Nullable T or(@Nullable T current) {
        return present ? value : current;
    }
}
