// How long tests wait for what a page is to show: the machine may be busy with other tests.
import { configure } from '@testing-library/dom';

configure({ asyncUtilTimeout: 8_000 });
